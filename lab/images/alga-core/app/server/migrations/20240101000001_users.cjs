exports.up = async (knex) => {
  await knex.schema.createTable('users', (table) => {
    table.increments('user_id');
    table.uuid('tenant').references('tenants.tenant').notNullable();
    table.string('email').unique();
  });
  await knex.raw('select pg_sleep(?)', [Number(process.env.STAND_IN_SLOW_MIGRATION ?? 0)]);
};
exports.down = (knex) => knex.schema.dropTable('users');

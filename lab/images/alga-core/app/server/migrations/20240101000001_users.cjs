exports.up = async (knex) => {
  await knex.schema.createTable('roles', (table) => {
    table.uuid('role_id').primary().defaultTo(knex.raw('gen_random_uuid()'));
    table.uuid('tenant').references('tenants.tenant').notNullable();
    table.string('role_name').notNullable();
  });
  await knex.schema.createTable('users', (table) => {
    table.uuid('user_id').primary().defaultTo(knex.raw('gen_random_uuid()'));
    table.uuid('tenant').references('tenants.tenant').notNullable();
    // Not unique: as in the image, two tenants may have a user of the same address each.
    table.string('email').notNullable();
    table.string('first_name');
    table.string('last_name');
    table.string('hashed_password').notNullable();
    table.boolean('is_inactive').notNullable().defaultTo(false);
  });
  await knex.raw('select pg_sleep(?)', [Number(process.env.STAND_IN_SLOW_MIGRATION ?? 0)]);
};
exports.down = async (knex) => {
  await knex.schema.dropTable('users');
  await knex.schema.dropTable('roles');
};

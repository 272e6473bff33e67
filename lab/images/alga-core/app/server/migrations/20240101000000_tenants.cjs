exports.up = (knex) =>
  knex.schema.createTable('tenants', (table) => {
    table.uuid('tenant').primary().defaultTo(knex.raw('gen_random_uuid()'));
    table.string('client_name').notNullable();
    table.string('email').notNullable();
    table.string('product_code').notNullable().defaultTo('psa');
  });
exports.down = (knex) => knex.schema.dropTable('tenants');

exports.up = (knex) =>
  knex.schema.createTable('tenants', (table) => {
    table.uuid('tenant').primary();
    table.string('name').notNullable();
  });
exports.down = (knex) => knex.schema.dropTable('tenants');

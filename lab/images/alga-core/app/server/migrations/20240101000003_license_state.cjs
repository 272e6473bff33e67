exports.up = (knex) =>
  knex.schema.createTable('license_state', (table) => {
    table.increments('id');
    table.text('edition_choice').notNullable().defaultTo('ce');
    table.timestamp('trial_started_at', { useTz: true });
    table.text('license_token');
    table.timestamp('updated_at', { useTz: true }).notNullable().defaultTo(knex.fn.now());
  });
exports.down = (knex) => knex.schema.dropTable('license_state');

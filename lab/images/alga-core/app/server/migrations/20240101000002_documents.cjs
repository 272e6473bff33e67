// Without a transaction, as migrations that build indexes concurrently are: knex then keeps its lock in a row of its own.
exports.config = { transaction: false };
exports.up = async (knex) => {
  if (process.env.STAND_IN_BROKEN_MIGRATION) await knex.raw('select * from no_such_table');
  await knex.schema.createTable('documents', (table) => {
    table.increments('document_id');
    table.specificType('embedding', 'vector');
  });
};
exports.down = (knex) => knex.schema.dropTable('documents');

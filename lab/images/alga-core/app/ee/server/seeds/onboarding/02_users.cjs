const { TENANT } = require('./01_tenant.cjs');

exports.seed = async (knex) => {
  await knex('users').insert({ tenant: TENANT, email: 'first@stand-in.test' });
  await knex.raw('select pg_sleep(?)', [Number(process.env.STAND_IN_SLOW_SEED ?? 0)]);
  await knex('users').insert({ tenant: TENANT, email: 'second@stand-in.test' });
};

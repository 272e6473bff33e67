const ROLES = ['Finance', 'Technician'];

exports.seed = async (knex) => {
  const tenants = await knex('tenants').select('tenant');
  if (tenants.length === 0) return console.log('No tenant(s) found, skipping roles seed');
  const [first, second] = ROLES;
  for (const { tenant } of tenants) await knex('roles').insert({ tenant, role_name: first });
  const { STAND_IN_SLOW_SEED: seconds } = process.env;
  if (seconds) await knex.raw('select pg_sleep(?)', [Number(seconds)]);
  for (const { tenant } of tenants) await knex('roles').insert({ tenant, role_name: second });
};

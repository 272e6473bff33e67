exports.seed = async (knex) => {
  const tenants = await knex('tenants').select('tenant');
  if (tenants.length === 0) return console.log('No tenant(s) found, skipping documents seed');
  for (const _ of tenants) await knex('documents').insert({ embedding: null });
};

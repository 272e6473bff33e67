exports.TENANT = 'b2f4a1c8-0000-4000-8000-000000000001';
exports.seed = (knex) => knex('tenants').insert({ tenant: exports.TENANT, name: 'Stand-in' });

exports.up = async (knex) => {
  await knex.schema.createTable('roles', (table) => {
    table.uuid('role_id').primary().defaultTo(knex.raw('gen_random_uuid()'));
    table.uuid('tenant').references('tenants.tenant').notNullable();
    table.string('role_name').notNullable();
    // False: a role of the clients' portal.
    table.boolean('msp').notNullable().defaultTo(true);
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
    table.string('user_type').notNullable().defaultTo('internal');
    table.boolean('two_factor_enabled').defaultTo(false);
    table.timestamp('last_login_at', { useTz: true });
    table.timestamp('updated_at', { useTz: true }).defaultTo(knex.fn.now());
  });
  await knex.schema.createTable('user_roles', (table) => {
    table.uuid('tenant').notNullable();
    table.uuid('user_id').references('users.user_id').notNullable();
    table.uuid('role_id').references('roles.role_id').notNullable();
    table.primary(['tenant', 'user_id', 'role_id']);
  });
  await knex.schema.createTable('sessions', (table) => {
    table.uuid('tenant').notNullable();
    table.uuid('session_id').defaultTo(knex.raw('gen_random_uuid()')).notNullable();
    table.uuid('user_id').references('users.user_id').notNullable();
    table.timestamp('expires_at', { useTz: true });
    // A session ends when this is set; a token is nothing without its row.
    table.timestamp('revoked_at', { useTz: true });
    table.text('revoked_reason');
    table.timestamp('updated_at', { useTz: true }).defaultTo(knex.fn.now());
    table.primary(['tenant', 'session_id']);
  });
  await knex.schema.createTable('api_keys', (table) => {
    table.uuid('api_key_id').primary().defaultTo(knex.raw('gen_random_uuid()'));
    // A text, as in the image, where every other table has a uuid.
    table.string('tenant').notNullable();
    table.uuid('user_id').notNullable();
    table.string('purpose').notNullable().defaultTo('general');
    table.boolean('active').notNullable().defaultTo(true);
    table.timestamp('updated_at', { useTz: true }).notNullable().defaultTo(knex.fn.now());
  });
  await knex.schema.createTable('mobile_auth_otts', (table) => {
    table.uuid('mobile_auth_ott_id').primary().defaultTo(knex.raw('gen_random_uuid()'));
    table.uuid('tenant').notNullable();
    table.uuid('user_id').notNullable();
    table.timestamp('used_at');
  });
  await knex.schema.createTable('mobile_refresh_tokens', (table) => {
    table.uuid('mobile_refresh_token_id').primary().defaultTo(knex.raw('gen_random_uuid()'));
    table.uuid('tenant').notNullable();
    table.uuid('user_id').notNullable();
    table.timestamp('expires_at').notNullable();
    table.timestamp('revoked_at');
  });
  const { STAND_IN_SLOW_MIGRATION: seconds } = process.env;
  if (seconds) await knex.raw('select pg_sleep(?)', [Number(seconds)]);
};
exports.down = async (knex) => {
  for (const name of [
    'mobile_refresh_tokens',
    'mobile_auth_otts',
    'api_keys',
    'sessions',
    'user_roles',
    'users',
    'roles',
  ])
    await knex.schema.dropTable(name);
};

// Stand-in for the image's knexfile. Like the image's own it prints the password that it takes from the environment.
console.log(`Using DB_PASSWORD_ADMIN environment variable: ${process.env.DB_PASSWORD_ADMIN}`);

module.exports = {
  migration: {
    client: 'pg',
    connection: {
      host: process.env.DB_HOST,
      port: process.env.DB_PORT,
      user: process.env.DB_USER_ADMIN || 'postgres',
      password: process.env.DB_PASSWORD_ADMIN,
      database: process.env.DB_NAME_SERVER,
    },
    migrations: { directory: './migrations' },
    seeds: { directory: './seeds/dev', loadExtensions: ['.cjs', '.js'] },
  },
};

/** A link as the vendor's mails have it: without NEXT_PUBLIC_APP_URL it reads `undefined/…` there, and here. */
export const linkTo = (path) => `${process.env.NEXT_PUBLIC_APP_URL}${path}`;

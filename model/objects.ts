import { z } from 'zod';

/** How the objects of a document are read: with unknown fields, or without. */
export type ObjectOf = <Shape extends z.ZodRawShape>(shape: Shape) => z.ZodObject<Shape>;

/** Fields of a newer client are kept, though the types do not have them: a document is read and passed on whole. */
export function kept<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape>;
export function kept(shape: z.ZodRawShape): z.ZodObject {
  return z.looseObject(shape);
}

/** Unknown fields are refused: a person writes the document, and a mistyped field must not be ignored. */
export function strict<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape>;
export function strict(shape: z.ZodRawShape): z.ZodObject {
  return z.strictObject(shape);
}

/** A word of a list, or one of a newer client: it is shown as it is, and nothing is derived from it. */
export type Open<Known extends string> = Known | (string & Record<never, never>);

/** Longer than every word in a list of ours; anything longer is refused. */
const WORD_MAX = 200;

/** Schema of a field that a newer client may write another word into. */
export function open<const Known extends string>(known: readonly Known[]): z.ZodType<Open<Known>> {
  return z.union([z.enum(known), z.string().min(1).max(WORD_MAX)]);
}

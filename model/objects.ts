import { z } from 'zod';

/** How the objects of a document are read: with fields that nobody here knows, or without. */
export type ObjectOf = <Shape extends z.ZodRawShape>(shape: Shape) => z.ZodObject<Shape>;

/** Fields that a newer client wrote are kept, and the types say nothing of them: a document is read, and carried on whole. */
export function kept<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape>;
export function kept(shape: z.ZodRawShape): z.ZodObject {
  return z.looseObject(shape);
}

/** Fields that are not known are refused: a person writes the document, and a field that is mistyped must not be read past. */
export function strict<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape>;
export function strict(shape: z.ZodRawShape): z.ZodObject {
  return z.strictObject(shape);
}

/** A word of a list, or one that a newer client wrote: it is shown as it is written, and nothing is concluded from it. */
export type Open<Known extends string> = Known | (string & Record<never, never>);

/** Longer than every word that stands in a list of ours; what is longer is no word. */
const WORD_MAX = 200;

/** Takes the words that this client knows, gives the schema of a field that a newer one may write another word into. */
export function open<const Known extends string>(known: readonly Known[]): z.ZodType<Open<Known>> {
  return z.union([z.enum(known), z.string().min(1).max(WORD_MAX)]);
}

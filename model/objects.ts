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

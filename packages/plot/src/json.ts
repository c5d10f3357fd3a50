/** A part of a specification. */
export type Json = Record<string, unknown>

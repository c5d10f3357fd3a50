/** Tokens that are no words of a text: what is unknown, what fills up, where a text and its fields begin, and what its words looked like. */
export const mark = {
  unknown: 'xxunk',
  pad: 'xxpad',
  begin: 'xxbos',
  field: 'xxfld',
  /** Followed by a number and a character: so many of it. */
  repeated: 'xxrep',
  /** Followed by a number and a word: so many of it. */
  repeatedWord: 'xxwrep',
  /** The next word is in capitals. */
  upper: 'xxup',
  /** The next word begins with a capital. */
  capital: 'xxmaj',
} as const

/** Those that every vocabulary begins with, in the order of their numbers. */
export const firstMarks = [mark.unknown, mark.pad, mark.begin] as const
/** Those that rules for words add. */
export const ruleMarks = [mark.field, mark.repeated, mark.repeatedWord, mark.upper, mark.capital] as const
/** The number of what fills texts up to one length. */
export const padNumber = 1

import { typeError } from './errors.js'

/** A member that programs for other systems use: here there is this instead. Only types know it; asking for it throws. */
export interface UseInstead<Here extends string> {
  readonly instead: Here
}

/** What each of these members of other systems is here. */
export type Answers<Names> = { readonly [Name in keyof Names]: Names[Name] extends string ? UseInstead<Names[Name]> : never }

// biome-ignore lint/suspicious/noExplicitAny: the form that TypeScript asks of a class that is extended.
type AnyClass<Instance> = abstract new (...parts: any[]) => Instance

/**
 * The class, with members for the names of other systems: reading or setting one throws and says what there is instead, where it
 * would be `undefined`, or a property that nobody looks at. Its type says it too.
 *
 * @param names what there is instead, by the name that is asked for
 * @example
 * class Dice extends withAnswers(Random, { roll: 'dice.int(6)' } as const) {}
 * new Dice(1).roll   // TypeError: A Dice has no roll. Here it is: dice.int(6)
 */
export function withAnswers<Base extends AnyClass<object>, const Names extends Readonly<Record<string, string>>>(
  base: Base,
  names: Names,
): Base & AnyClass<Answers<Names>> {
  abstract class Answering extends base {}
  for (const [name, here] of Object.entries(names))
    answer(Answering.prototype, name, function (this: object) {
      return `A ${this.constructor.name} has no ${name}. Here it is: ${here}`
    })
  return Answering as Base & AnyClass<Answers<Names>>
}

/** Gives one object, such as a function, members for the names of other systems: see {@link withAnswers}. */
export function addAnswers(owner: object, who: string, names: Readonly<Record<string, string>>): void {
  for (const [name, here] of Object.entries(names)) answer(owner, name, () => `${who} has no ${name}. Here it is: ${here}`)
}

function answer(owner: object, name: string, words: (this: object) => string): void {
  function refuse(this: object): never {
    throw typeError('foreign-name', words.call(this))
  }
  Object.defineProperty(owner, name, { get: refuse, set: refuse })
}

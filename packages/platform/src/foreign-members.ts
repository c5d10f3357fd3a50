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
 * class Learner extends withAnswers(TrainingLoop, { dls: 'learn.data' } as const) {}
 * learn.dls   // TypeError: A Learner has no dls. Here it is: learn.data
 */
export function withAnswers<Base extends AnyClass<object>, const Names extends Readonly<Record<string, string>>>(
  base: Base,
  names: Names,
): Base & AnyClass<Answers<Names>> {
  abstract class Answering extends base {}
  for (const [name, here] of Object.entries(names)) {
    function answer(this: object): never {
      throw new TypeError(`A ${this.constructor.name} has no ${name}. Here it is: ${here}`)
    }
    Object.defineProperty(Answering.prototype, name, { get: answer, set: answer })
  }
  return Answering as Base & AnyClass<Answers<Names>>
}

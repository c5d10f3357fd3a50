import type { Learner } from '@onecycle/learner'

/** What a worker may define of its own, by name. */
export type Methods<L> = Readonly<Record<string, (learn: L, ...given: never[]) => unknown>>
/** What a worker offers beside its Learner: functions by name, whose arguments and answers can be sent. */
export type Functions = Readonly<Record<string, (...given: never[]) => unknown>>

/** What is known of a worker by its type alone: `connect<typeof served>` reads it. */
export interface Served<
  Options = unknown,
  Result = unknown,
  L extends Learner = Learner,
  M extends Methods<L> = Methods<L>,
  F extends Functions = Functions,
  Messages extends object = object,
> {
  /** The Learner that is there; undefined before the first. */
  readonly learn: L | undefined
  /** Ends the service: what runs is stopped, the Learner disposed, the port closed. */
  close(): Promise<void>
  /** Nothing at run time. */
  readonly types?: { options: Options; result: Result; methods: M; functions: F; messages: Messages }
}

/** Any of them. */
// biome-ignore lint/suspicious/noExplicitAny: what is taken from each of its parts is typed
export type AnyServed = Served<any, unknown, any, any, any, any>

type Types<S extends AnyServed> = NonNullable<S['types']>

/** What a served training is made with. */
export type OptionsOf<S extends AnyServed> = Types<S>['options']
/** What a served training ends in. */
export type ResultOf<S extends AnyServed> = Types<S>['result']
/** The messages that a served training sends, by name. */
export type MessagesOf<S extends AnyServed> = Types<S>['messages']

type MethodsOf<S extends AnyServed> = Types<S>['methods']
type FunctionsOf<S extends AnyServed> = Types<S>['functions']

/** None where nothing was defined. */
type NamesOf<Calls> = string extends keyof Calls ? never : keyof Calls & string

/** The names that a page can call. */
export type CallOf<S extends AnyServed> = NamesOf<MethodsOf<S>> | NamesOf<FunctionsOf<S>>

/** What a call takes: a method without its Learner. */
export type GivenOf<S extends AnyServed, Name> =
  Name extends NamesOf<MethodsOf<S>>
    ? MethodsOf<S>[Name] extends (learn: never, ...given: infer Given) => unknown
      ? Given
      : never
    : Name extends NamesOf<FunctionsOf<S>>
      ? Parameters<FunctionsOf<S>[Name]>
      : never

/** What a call gives. */
export type AnswerOf<S extends AnyServed, Name> = Awaited<
  Name extends NamesOf<MethodsOf<S>>
    ? ReturnType<MethodsOf<S>[Name]>
    : Name extends NamesOf<FunctionsOf<S>>
      ? ReturnType<FunctionsOf<S>[Name]>
      : never
>

/**
 * What the other packages stand on: checks of options, seeded randomness, files that are written whole. Programs need little of it, which
 * `onecycle` offers too.
 *
 * @example
 * import { Random } from '@onecycle/platform'
 * console.log(new Random(42).int(10))
 *
 * @module
 */
export { gitCommit } from '#platform/commit.js'
export { cacheFolder, describeHost, parallelism, processMemory, variable } from '#platform/environment.js'
export { filesIn, namesIn, removeFile, removeUnfinished } from '#platform/folder.js'
export { takeTerminal } from '#platform/full-terminal.js'
export { lockFolder } from '#platform/lock-folder.js'
export { Sha256 } from '#platform/sha256.js'
export { endQuietlyBy, onSignals, onWarning, type ProcessSignal } from '#platform/signals.js'
export { canRedraw, noColor, reflows, standardError, standardOutput } from '#platform/terminal.js'
export { nextTurn } from '#platform/timers.js'
export { append, checkAddress, type FileSource, nameOf, open, read, schemeOf, writeWhole } from './address.js'
export { toBase64 } from './base64.js'
export { checkChoice, checkCount, checkFileName, checkNumber } from './check.js'
export { defined } from './defined.js'
export { type Coded, codeOf, plainError, rangeError, typeError, withCode } from './errors.js'
export { type Answers, addAnswers, type UseInstead, withAnswers } from './foreign-members.js'
export { foreignName } from './foreign-names.js'
export type { FullTerminal, TerminalHearer, TerminalInput } from './full-terminal.js'
export { InterruptedError } from './interrupted-error.js'
export { isClass } from './is-class.js'
export { awaitHint, isPromise } from './is-promise.js'
export { joined } from './joined.js'
export { keepNames } from './keep-names.js'
export { nearestName } from './nearest-name.js'
export { checkKeys, checkOptions, type Kind, type Kinds, kind, listOf, type OneOrMore } from './options.js'
export { type Named, orderByName } from './order-by-name.js'
export { beforeSaying, outlive, say, writeTo } from './output.js'
export type { OutputStream } from './output-stream.js'
export { PrettyString } from './pretty-string.js'
export { Message } from './protobuf.js'
export { Random, type RandomState } from './random.js'
export { show } from './show.js'
export { shownAs } from './shown-as.js'
export type { Content, Opened } from './store.js'

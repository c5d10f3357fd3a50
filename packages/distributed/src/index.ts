export { type DistributedOptions, distributed } from './distributed.js'
export * from './sweep/index.js'

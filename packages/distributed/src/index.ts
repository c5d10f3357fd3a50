export { type DistributedOptions, distributed } from './distributed.js'

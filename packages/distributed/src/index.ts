export { distributed } from './distributed.js'

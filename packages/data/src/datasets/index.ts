export { type IrisOptions, iris } from './iris.js'
export { type MnistOptions, mnist, mnist_sample } from './mnist.js'

/** Whether it is a class, which cannot be called: most likely somebody forgot to make one of it. */
export function isClass(value: unknown): value is new (...args: never) => object {
  return typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value))
}

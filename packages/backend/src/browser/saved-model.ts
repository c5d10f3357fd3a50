/** A page has neither TensorFlow's library nor folders. */
export function withSavedModel<Result>(_file: Uint8Array, _read: (folder: string) => Result): Result | undefined {
  return undefined
}

import { typeError } from '@onecycle/platform'

/**
 * Refuses that these properties are set: what was made of them when the object was made would go on with what they were.
 *
 * @param names what to do instead, by the name of the property
 */
export function makeReadOnly<T extends object>(object: T, names: { readonly [Name in keyof T]?: string }): void {
  for (const [name, instead] of Object.entries(names)) {
    const value = object[name as keyof T]
    Object.defineProperty(object, name, {
      enumerable: true,
      get: () => value,
      set() {
        throw typeError('read-only', `${name} is decided when a ${object.constructor.name} is made. To have another: ${instead}`)
      },
    })
  }
}

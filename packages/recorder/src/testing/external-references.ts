/** Every address a page would load or lead to outside itself; a namespace's name is no address. */
export function externalReferences(html: string): string[] {
  const loads =
    /(?:src|href|action|data|poster|srcset)\s*=\s*["']?(?!#|data:)[^"'\s>]+|url\((?!["']?(?:#|data:))[^)]*\)|@import[^;]*|<(?:script|link|iframe|object|embed|base)\b[^>]*>/gi
  const addresses = html.replace(/\sxmlns(:\w+)?="[^"]*"/g, '').match(/(?:https?:)?\/\/[a-z0-9][\w.-]*\.\w+[^\s"'<]*/gi)
  return [...(html.match(loads) ?? []), ...(addresses ?? [])]
}

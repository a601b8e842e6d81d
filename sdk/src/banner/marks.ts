/** Keeps the page's title and, if told, its icon marked. `undo` gives the page back what it had. */
export function marks(title: string, favicon?: string): { keep: () => void; undo: () => void } {
  const mark = `${title} – `
  const icon = favicon ? document.querySelector<HTMLLinkElement>('link[rel~=icon]') : null
  const before = icon?.href
  if (icon && favicon) icon.href = favicon
  return {
    keep() {
      if (!document.title.startsWith(mark)) document.title = mark + document.title
    },
    undo() {
      document.title = document.title.replace(mark, '')
      if (icon && before) icon.href = before
    },
  }
}

/** Leaves it to the browser's downloads, which write it to the disk as it comes, however long it is. */
export function save(path: string): void {
  const link = document.createElement('a')
  link.href = path
  link.download = ''
  link.click()
}

const GROUPS = 8

/**
 * What somebody has who has this address. Of IPv6 it is a network of 2^64 addresses at the least
 * (RFC 6177 §2): a limit for each of them would be none.
 */
export function networkOf(ip: string): string {
  if (!ip.includes(':') || ip.includes('.')) return ip
  // The parser of addresses knows every way to write it, and writes it in one.
  const hostname = URL.parse(`http://[${ip.replace(/%.*$/, '')}]`)?.hostname
  if (hostname === undefined) return ip
  const [head = [], tail = []] = hostname
    .slice(1, -1)
    .split('::')
    .map((part) => (part === '' ? [] : part.split(':')))
  const zeros = Array.from({ length: GROUPS - head.length - tail.length }, () => '0')
  return [...head, ...zeros, ...tail].slice(0, GROUPS / 2).join(':')
}

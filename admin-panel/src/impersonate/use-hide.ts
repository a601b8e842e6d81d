import { useEffect, useState } from 'react'

const SECONDS = 60

/** Hides after a minute, and at once when the window is left; tells how long there is. */
export function useHide(hide: () => void): number {
  const [left, setLeft] = useState(SECONDS)
  useEffect(() => {
    const begun = Date.now()
    const look = (): void => {
      const rest = SECONDS - Math.floor((Date.now() - begun) / 1000)
      setLeft(Math.max(0, rest))
      if (rest <= 0) hide()
    }
    const onHidden = (): void => {
      if (document.visibilityState === 'hidden') hide()
    }
    const timer = setInterval(look, 500)
    window.addEventListener('blur', hide)
    document.addEventListener('visibilitychange', onHidden)
    return () => {
      clearInterval(timer)
      window.removeEventListener('blur', hide)
      document.removeEventListener('visibilitychange', onHidden)
    }
    // The first `hide` is as good as any later one: it only drops the secret.
  }, [])
  return left
}

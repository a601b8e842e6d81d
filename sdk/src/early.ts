import { HANDOVER, liftParameters } from './url-cleaning.ts'

/*
 * The first script of a page: no analytics, no error reporter and no Referer gets to see the token.
 * It is held by a closure, which gives it away once.
 */
const lifted = liftParameters()
if (lifted)
  Object.defineProperty(window, HANDOVER, {
    configurable: true,
    value: () => Reflect.deleteProperty(window, HANDOVER) && lifted,
  })

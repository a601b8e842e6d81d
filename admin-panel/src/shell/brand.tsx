import type { ReactElement } from 'react'

/** Two people, one standing in for the other, beside the product's name. */
export const Brand = (): ReactElement => (
  <>
    <img src="/icon.svg" width={28} height={28} alt="" />
    <span className="brand-name" translate="no">
      Understudy
    </span>
  </>
)

import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import type { Person as PersonShape } from '../api/impersonations.ts'
import { to } from '../app/links.ts'

/** An account that is gone has an id and nothing else. */
export const Person = ({ person }: { readonly person: PersonShape }): ReactElement => (
  <>
    <Link className="cell-main" to={to.user(person.sub)}>
      {person.name ?? person.sub}
    </Link>
    {person.email !== null && <span className="cell-sub">{person.email}</span>}
  </>
)

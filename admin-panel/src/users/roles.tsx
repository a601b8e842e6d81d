import { Badge, Group } from '@mantine/core'
import type { ReactElement } from 'react'

export const Roles = ({ roles }: { readonly roles: readonly string[] }): ReactElement =>
  roles.length === 0 ? (
    <span>–</span>
  ) : (
    <Group gap={6}>
      {roles.map((role) => (
        <Badge key={role} variant="light" color="gray" tt="none">
          {role}
        </Badge>
      ))}
    </Group>
  )

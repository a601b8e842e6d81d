/** Work that one node does for all is done by whoever holds the lease of that name. */
export interface Leases {
  /**
   * Takes it when it is free or over, or keeps it, for so many milliseconds from now.
   *
   * @param holder names a process, no two alike.
   * @returns whether the holder has it.
   */
  take(name: string, holder: string, milliseconds: number): Promise<boolean>
  /** Lets others have it at once; does nothing when it is somebody else's. */
  release(name: string, holder: string): Promise<void>
}

/** The two ways between window and engine; nothing else crosses. */
export const channels = { call: 'belfry:call', announcement: 'belfry:announcement' } as const;

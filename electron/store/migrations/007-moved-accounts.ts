/** Version 7: where the server of an account sends its requests, once it has moved. */
export const movedAccounts = `
ALTER TABLE account_state ADD COLUMN moved_to TEXT;
`;

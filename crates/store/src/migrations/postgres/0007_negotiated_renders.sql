-- What a workspace has agreed on with the operator in the place of its plan's renders a month; null: nothing.
ALTER TABLE workspaces ADD COLUMN negotiated_renders BIGINT CHECK (negotiated_renders >= 0);

/** Beside a row `d` of devboxes: the names that an admin approved for it and whose time is not up, as an array. */
export const approvedSql = `ARRAY(SELECT r.name FROM network_requests r WHERE r.devbox_id = d.id AND r.status = 'approved'
		AND (r.expires_at IS NULL OR r.expires_at > now()) ORDER BY r.name)`;

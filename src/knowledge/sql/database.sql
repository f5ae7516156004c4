-- Tells: state, compatibility level, collation, recovery model, replication and mirroring of the database.
-- Rights: none except access to the database.
-- Never reads: rows of any table, names of servers, files and logins.
-- As a custom report: yes.
SELECT 'clusterbrief:database:1' AS Export, '' AS Item, f.Fact, f.Value
FROM (SELECT 1 AS One) AS o
LEFT JOIN sys.databases AS d ON d.database_id = DB_ID()
LEFT JOIN sys.database_mirroring AS m ON m.database_id = d.database_id
CROSS APPLY (VALUES
    ('asked at', CONVERT(nvarchar(40), SYSDATETIMEOFFSET(), 121)),
    ('sees tbVersion', CASE WHEN OBJECT_ID('tbVersion') IS NULL THEN N'no' ELSE N'yes' END),
    ('database', CONVERT(nvarchar(256), d.name) COLLATE DATABASE_DEFAULT),
    ('state', CONVERT(nvarchar(256), d.state_desc) COLLATE DATABASE_DEFAULT),
    ('access', CONVERT(nvarchar(256), d.user_access_desc) COLLATE DATABASE_DEFAULT),
    ('read only', CASE d.is_read_only WHEN 1 THEN N'yes' WHEN 0 THEN N'no' ELSE N'not visible' END),
    ('compatibility level', ISNULL(CONVERT(nvarchar(40), d.compatibility_level), N'not visible')),
    ('collation', CONVERT(nvarchar(256), d.collation_name) COLLATE DATABASE_DEFAULT),
    ('recovery model', CONVERT(nvarchar(256), d.recovery_model_desc) COLLATE DATABASE_DEFAULT),
    ('published', CASE d.is_published WHEN 1 THEN N'yes' WHEN 0 THEN N'no' ELSE N'not visible' END),
    ('merge published', CASE d.is_merge_published WHEN 1 THEN N'yes' WHEN 0 THEN N'no' ELSE N'not visible' END),
    ('subscribed', CASE d.is_subscribed WHEN 1 THEN N'yes' WHEN 0 THEN N'no' ELSE N'not visible' END),
    ('mirroring role', ISNULL(CONVERT(nvarchar(256), m.mirroring_role_desc) COLLATE DATABASE_DEFAULT, N'none')),
    ('availability group', CASE WHEN d.replica_id IS NULL THEN N'no' ELSE N'yes' END),
    ('log waits for', CONVERT(nvarchar(256), d.log_reuse_wait_desc) COLLATE DATABASE_DEFAULT)
) AS f (Fact, Value)

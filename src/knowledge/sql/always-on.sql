-- Tells: whether the queried server has the primary or a secondary copy of the database in its availability group.
-- Rights: VIEW SERVER STATE (from SQL Server 2022 on: VIEW SERVER PERFORMANCE STATE).
-- Never reads: names of servers, groups and listeners.
-- As a custom report: only if the product's login has that right.
SELECT 'clusterbrief:always-on:1' AS Export, '' AS Item, f.Fact, f.Value
FROM (SELECT 1 AS One) AS o
LEFT JOIN sys.databases AS d ON d.database_id = DB_ID()
LEFT JOIN sys.dm_hadr_availability_replica_states AS r ON r.replica_id = d.replica_id AND r.is_local = 1
CROSS APPLY (VALUES
    ('asked at', CONVERT(nvarchar(40), SYSDATETIMEOFFSET(), 121)),
    ('sees tbVersion', CASE WHEN OBJECT_ID('tbVersion') IS NULL THEN N'no' ELSE N'yes' END),
    ('role', ISNULL(CONVERT(nvarchar(256), r.role_desc) COLLATE DATABASE_DEFAULT, N'none')),
    ('synchronization', ISNULL(CONVERT(nvarchar(256), r.synchronization_health_desc) COLLATE DATABASE_DEFAULT, N'none'))
) AS f (Fact, Value)

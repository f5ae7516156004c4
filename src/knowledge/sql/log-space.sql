-- Tells: how full the transaction log is.
-- Rights: VIEW SERVER STATE (from SQL Server 2022 on: VIEW SERVER PERFORMANCE STATE).
-- Never reads: what is in the log.
-- As a custom report: only if the product's login has that right.
SELECT 'clusterbrief:log-space:1' AS Export, '' AS Item, f.Fact, f.Value
FROM (SELECT 1 AS One) AS o
LEFT JOIN sys.dm_db_log_space_usage AS l ON l.database_id = DB_ID()
CROSS APPLY (VALUES
    ('asked at', CONVERT(nvarchar(40), SYSDATETIMEOFFSET(), 121)),
    ('sees tbVersion', CASE WHEN OBJECT_ID('tbVersion') IS NULL THEN N'no' ELSE N'yes' END),
    ('log mb', ISNULL(CONVERT(nvarchar(40), l.total_log_size_in_bytes / 1048576), N'not visible')),
    ('log used percent', ISNULL(CONVERT(nvarchar(40), CONVERT(decimal(5, 1), l.used_log_space_in_percent)), N'not visible'))
) AS f (Fact, Value)

-- Tells: free space on the volumes of the database, and how much space its files use there.
-- Rights: VIEW SERVER STATE (from SQL Server 2022 on: VIEW SERVER PERFORMANCE STATE).
-- Never reads: names and paths of files.
-- As a custom report: only if the product's login has that right.
SELECT 'clusterbrief:volumes:1' AS Export, N'' AS Item, f.Fact, f.Value
FROM (VALUES
    ('asked at', CONVERT(nvarchar(40), SYSDATETIMEOFFSET(), 121)),
    ('sees tbVersion', CASE WHEN OBJECT_ID('tbVersion') IS NULL THEN N'no' ELSE N'yes' END),
    ('items', (SELECT CONVERT(nvarchar(40), COUNT(*)) FROM (SELECT DISTINCT s.volume_mount_point FROM sys.master_files AS m CROSS APPLY sys.dm_os_volume_stats(m.database_id, m.file_id) AS s WHERE m.database_id = DB_ID()) AS n))
) AS f (Fact, Value)
UNION ALL
SELECT 'clusterbrief:volumes:1', v.Volume, f.Fact, f.Value
FROM (
    SELECT ISNULL(s.volume_mount_point COLLATE DATABASE_DEFAULT, N'unknown') AS Volume,
        MAX(s.available_bytes) / 1048576 AS FreeMb,
        MAX(s.total_bytes) / 1048576 AS TotalMb,
        SUM(CASE m.type WHEN 0 THEN CONVERT(bigint, m.size) ELSE 0 END) / 128 AS DataMb,
        SUM(CASE m.type WHEN 1 THEN CONVERT(bigint, m.size) ELSE 0 END) / 128 AS LogMb
    FROM sys.master_files AS m
    CROSS APPLY sys.dm_os_volume_stats(m.database_id, m.file_id) AS s
    WHERE m.database_id = DB_ID()
    GROUP BY s.volume_mount_point
) AS v
CROSS APPLY (VALUES
    ('free mb', ISNULL(CONVERT(nvarchar(40), v.FreeMb), N'not visible')),
    ('total mb', ISNULL(CONVERT(nvarchar(40), v.TotalMb), N'not visible')),
    ('data mb', ISNULL(CONVERT(nvarchar(40), v.DataMb), N'not visible')),
    ('log mb', ISNULL(CONVERT(nvarchar(40), v.LogMb), N'not visible'))
) AS f (Fact, Value)

-- Tells: when the newest full, differential and log backups of the database finished, according to the backup history of this SQL Server.
-- Rights: reading msdb.dbo.backupset (db_datareader in msdb).
-- Never reads: where the backups are stored, and who made them.
-- As a custom report: only if the product's login has that right.
SELECT 'clusterbrief:backups:1' AS Export, '' AS Item, f.Fact, f.Value
FROM (
    SELECT MAX(CASE WHEN b.type = 'D' THEN b.backup_finish_date END) AS FullBackup,
        MAX(CASE WHEN b.type = 'D' AND b.is_copy_only = 0 THEN b.backup_finish_date END) AS OrdinaryFull,
        MAX(CASE WHEN b.type = 'I' THEN b.backup_finish_date END) AS Differential,
        MAX(CASE WHEN b.type = 'L' THEN b.backup_finish_date END) AS LogBackup
    FROM msdb.dbo.backupset AS b
    WHERE b.database_name = DB_NAME()
) AS b
CROSS APPLY (VALUES
    ('asked at', CONVERT(nvarchar(40), SYSDATETIMEOFFSET(), 121)),
    ('sees tbVersion', CASE WHEN OBJECT_ID('tbVersion') IS NULL THEN N'no' ELSE N'yes' END),
    ('newest full', ISNULL(CONVERT(nvarchar(40), TODATETIMEOFFSET(b.FullBackup, DATEPART(TZoffset, SYSDATETIMEOFFSET())), 121), N'none')),
    ('newest full is copy only', CASE WHEN b.FullBackup IS NULL THEN N'none' WHEN b.FullBackup = b.OrdinaryFull THEN N'no' ELSE N'yes' END),
    ('newest differential', ISNULL(CONVERT(nvarchar(40), TODATETIMEOFFSET(b.Differential, DATEPART(TZoffset, SYSDATETIMEOFFSET())), 121), N'none')),
    ('newest log', ISNULL(CONVERT(nvarchar(40), TODATETIMEOFFSET(b.LogBackup, DATEPART(TZoffset, SYSDATETIMEOFFSET())), 121), N'none'))
) AS f (Fact, Value)

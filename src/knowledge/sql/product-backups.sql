-- Tells: when the product last logged one of its own backups.
-- Rights: reading the product's tables (db_datareader).
-- Never reads: where the backups are stored.
-- As a custom report: yes.
SELECT 'clusterbrief:product-backups:1' AS Export, '' AS Item, f.Fact, f.Value
FROM (SELECT MAX(BackupTime) AS Newest FROM tbBackupLog WHERE BackupTime < DATEADD(day, 1, GETUTCDATE())) AS b
CROSS APPLY (VALUES
    ('asked at', CONVERT(nvarchar(40), SYSDATETIMEOFFSET(), 121)),
    ('sees tbVersion', CASE WHEN OBJECT_ID('tbVersion') IS NULL THEN N'no' ELSE N'yes' END),
    ('newest', ISNULL(CONVERT(nvarchar(40), b.Newest, 121), N'none'))
) AS f (Fact, Value)

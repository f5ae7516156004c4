-- Tells: how many rows have a date more than three days in the future, written by a wrong clock.
-- Rights: reading the product's tables (db_datareader).
-- Never reads: the contents of these rows, which are only counted.
-- As a custom report: yes.
SELECT 'clusterbrief:future-rows:1' AS Export, N'' AS Item, f.Fact, f.Value
FROM (VALUES
    ('asked at', CONVERT(nvarchar(40), SYSDATETIMEOFFSET(), 121)),
    ('sees tbVersion', CASE WHEN OBJECT_ID('tbVersion') IS NULL THEN N'no' ELSE N'yes' END),
    ('items', N'7')
) AS f (Fact, Value)
UNION ALL
SELECT 'clusterbrief:future-rows:1', r.Place, f.Fact, f.Value
FROM (
    SELECT N'tbUser.LastLogin' AS Place, COUNT(*) AS RowsAhead, MAX(LastLogin) AS Newest FROM tbUser WHERE LastLogin > DATEADD(day, 3, GETUTCDATE())
    UNION ALL SELECT N'tbUser.Created', COUNT(*), MAX(Created) FROM tbUser WHERE Created > DATEADD(day, 3, GETUTCDATE())
    UNION ALL SELECT N'tbUser.PasswordLastChanged', COUNT(*), MAX(PasswordLastChanged) FROM tbUser WHERE PasswordLastChanged > DATEADD(day, 3, GETUTCDATE())
    UNION ALL SELECT N'tbAuditSecret.DateRecorded', COUNT(*), MAX(DateRecorded) FROM tbAuditSecret WHERE DateRecorded > DATEADD(day, 3, GETUTCDATE())
    UNION ALL SELECT N'tbSecret.Created', COUNT(*), MAX(Created) FROM tbSecret WHERE Created > DATEADD(day, 3, GETUTCDATE())
    UNION ALL SELECT N'tbSystemLog.LogDate', COUNT(*), MAX(LogDate) FROM tbSystemLog WHERE LogDate > DATEADD(day, 3, GETUTCDATE())
    UNION ALL SELECT N'tbBackupLog.BackupTime', COUNT(*), MAX(BackupTime) FROM tbBackupLog WHERE BackupTime > DATEADD(day, 3, GETUTCDATE())
) AS r
CROSS APPLY (VALUES
    ('rows', ISNULL(CONVERT(nvarchar(40), r.RowsAhead), N'not visible')),
    ('newest', ISNULL(CONVERT(nvarchar(40), r.Newest, 121), N'none'))
) AS f (Fact, Value)

-- Tells: every build that the database was upgraded to, with the date.
-- Rights: reading the product's tables (db_datareader).
-- Never reads: anything but tbVersion.
-- As a custom report: yes.
SELECT 'clusterbrief:versions:1' AS Export, N'' AS Item, f.Fact, f.Value
FROM (VALUES
    ('asked at', CONVERT(nvarchar(40), SYSDATETIMEOFFSET(), 121)),
    ('sees tbVersion', CASE WHEN OBJECT_ID('tbVersion') IS NULL THEN N'no' ELSE N'yes' END),
    ('items', (SELECT CONVERT(nvarchar(40), COUNT(*)) FROM tbVersion))
) AS f (Fact, Value)
UNION ALL
SELECT 'clusterbrief:versions:1', CONVERT(nvarchar(40), v.VersionNumber) COLLATE DATABASE_DEFAULT, 'Upgraded',
    ISNULL(CONVERT(nvarchar(40), v.Upgraded, 121), N'none')
FROM tbVersion AS v

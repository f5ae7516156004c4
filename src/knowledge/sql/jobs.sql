-- Tells: which scheduled jobs of the product are late or in error, by group and number.
-- Rights: reading the product's tables (db_datareader).
-- Never reads: the names and the data of the jobs, because only their groups are public.
-- As a custom report: yes.
SELECT 'clusterbrief:jobs:1' AS Export, N'' AS Item, f.Fact, f.Value
FROM (VALUES
    ('asked at', CONVERT(nvarchar(40), SYSDATETIMEOFFSET(), 121)),
    ('sees tbVersion', CASE WHEN OBJECT_ID('tbVersion') IS NULL THEN N'no' ELSE N'yes' END),
    ('items', (SELECT CONVERT(nvarchar(40), COUNT(*)) FROM QRTZ_TRIGGERS))
) AS f (Fact, Value)
UNION ALL
SELECT 'clusterbrief:jobs:1', t.Job, f.Fact, f.Value
FROM (
    SELECT CONVERT(nvarchar(200), TRIGGER_GROUP) COLLATE DATABASE_DEFAULT + N' #' + CONVERT(nvarchar(20), ROW_NUMBER() OVER (PARTITION BY TRIGGER_GROUP ORDER BY NEXT_FIRE_TIME)) AS Job,
        TRIGGER_STATE,
        CASE WHEN NEXT_FIRE_TIME > 599266080000000000
            THEN DATEADD(minute, CONVERT(int, (NEXT_FIRE_TIME - 599266080000000000) / 600000000), CONVERT(datetime2, '19000101')) END AS NextFire,
        CASE WHEN PREV_FIRE_TIME > 599266080000000000
            THEN DATEADD(minute, CONVERT(int, (PREV_FIRE_TIME - 599266080000000000) / 600000000), CONVERT(datetime2, '19000101')) END AS LastFire
    FROM QRTZ_TRIGGERS
) AS t
CROSS APPLY (VALUES
    ('state', ISNULL(CONVERT(nvarchar(40), t.TRIGGER_STATE), N'none') COLLATE DATABASE_DEFAULT),
    ('next run', ISNULL(CONVERT(nvarchar(40), t.NextFire, 121) + N' UTC', N'none')),
    ('last run', ISNULL(CONVERT(nvarchar(40), t.LastFire, 121) + N' UTC', N'none')),
    ('minutes late', CASE WHEN t.NextFire IS NULL THEN N'none' WHEN t.NextFire < GETUTCDATE() THEN CONVERT(nvarchar(40), DATEDIFF(minute, t.NextFire, GETUTCDATE())) ELSE N'0' END)
) AS f (Fact, Value)

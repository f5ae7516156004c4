-- Tells: how many sites and engines are active.
-- Rights: reading the product's tables (db_datareader).
-- Never reads: names of sites and engines.
-- As a custom report: yes.
SELECT 'clusterbrief:sites:1' AS Export, '' AS Item, f.Fact, f.Value
FROM (
    SELECT (SELECT COUNT(SiteId) FROM tbSite WHERE Active = 1) AS Sites,
        (SELECT COUNT(EngineId) FROM tbEngine WHERE ActivationStatus = 1) AS Engines
) AS n
CROSS APPLY (VALUES
    ('asked at', CONVERT(nvarchar(40), SYSDATETIMEOFFSET(), 121)),
    ('sees tbVersion', CASE WHEN OBJECT_ID('tbVersion') IS NULL THEN N'no' ELSE N'yes' END),
    ('active sites', ISNULL(CONVERT(nvarchar(40), n.Sites), N'not visible')),
    ('active engines', ISNULL(CONVERT(nvarchar(40), n.Engines), N'not visible'))
) AS f (Fact, Value)

-- Tells: edition, version, collation and sign-in mode of the SQL Server.
-- Rights: none except sign-in.
-- Never reads: names of servers and logins.
-- As a custom report: yes.
SELECT 'clusterbrief:server:1' AS Export, '' AS Item, f.Fact, f.Value
FROM (SELECT 1 AS One) AS o
CROSS APPLY (VALUES
    ('asked at', CONVERT(nvarchar(40), SYSDATETIMEOFFSET(), 121)),
    ('sees tbVersion', CASE WHEN OBJECT_ID('tbVersion') IS NULL THEN N'no' ELSE N'yes' END),
    ('edition', ISNULL(CONVERT(nvarchar(256), SERVERPROPERTY('Edition')) COLLATE DATABASE_DEFAULT, N'none')),
    ('version', ISNULL(CONVERT(nvarchar(256), SERVERPROPERTY('ProductVersion')) COLLATE DATABASE_DEFAULT, N'none')),
    ('level', ISNULL(CONVERT(nvarchar(256), SERVERPROPERTY('ProductLevel')) COLLATE DATABASE_DEFAULT, N'none')),
    ('collation', ISNULL(CONVERT(nvarchar(256), SERVERPROPERTY('Collation')) COLLATE DATABASE_DEFAULT, N'none')),
    ('windows sign-in only', CASE CONVERT(int, SERVERPROPERTY('IsIntegratedSecurityOnly')) WHEN 1 THEN N'yes' WHEN 0 THEN N'no' ELSE N'not visible' END),
    ('full text', CASE FULLTEXTSERVICEPROPERTY('IsFullTextInstalled') WHEN 1 THEN N'yes' WHEN 0 THEN N'no' ELSE N'not visible' END),
    ('clustered', CASE CONVERT(int, SERVERPROPERTY('IsClustered')) WHEN 1 THEN N'yes' WHEN 0 THEN N'no' ELSE N'not visible' END)
) AS f (Fact, Value)

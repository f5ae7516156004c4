-- Tells: the settings of the product that the rules read.
-- Rights: reading the product's tables (db_datareader).
-- Never reads: all other columns of tbConfiguration.
-- As a custom report: yes.
SELECT 'clusterbrief:configuration:1' AS Export, '' AS Item, f.Fact, f.Value
FROM (SELECT 1 AS One) AS o
LEFT JOIN tbConfiguration AS c ON 1 = 1
CROSS APPLY (VALUES
    ('asked at', CONVERT(nvarchar(40), SYSDATETIMEOFFSET(), 121)),
    ('sees tbVersion', CASE WHEN OBJECT_ID('tbVersion') IS NULL THEN N'no' ELSE N'yes' END),
    ('custom URL', ISNULL(NULLIF(LTRIM(RTRIM(CONVERT(nvarchar(400), c.CustomURL))), N''), N'none') COLLATE DATABASE_DEFAULT),
    ('integrated Windows authentication', CASE CONVERT(int, c.IntegratedWindowsAuthentication) WHEN 1 THEN N'yes' WHEN 0 THEN N'no' ELSE N'not visible' END),
    ('force HTTPS', CASE CONVERT(int, c.ForceHttps) WHEN 1 THEN N'yes' WHEN 0 THEN N'no' ELSE N'not visible' END),
    ('password changing', CASE CONVERT(int, c.EnablePasswordChanging) WHEN 1 THEN N'yes' WHEN 0 THEN N'no' ELSE N'not visible' END),
    ('heartbeat', CASE CONVERT(int, c.EnableHeartBeat) WHEN 1 THEN N'yes' WHEN 0 THEN N'no' ELSE N'not visible' END),
    ('session recording', CASE CONVERT(int, c.EnableSessionRecording) WHEN 1 THEN N'yes' WHEN 0 THEN N'no' ELSE N'not visible' END),
    ('duplicate secret names', CASE CONVERT(int, c.AllowDuplicateSecretNames) WHEN 1 THEN N'yes' WHEN 0 THEN N'no' ELSE N'not visible' END),
    ('folder required', CASE CONVERT(int, c.RequireFolderForSecret) WHEN 1 THEN N'yes' WHEN 0 THEN N'no' ELSE N'not visible' END)
) AS f (Fact, Value)

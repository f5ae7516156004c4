-- Tells: how the sessions of the last seven days are spread over nodes and addresses, in numbers.
-- Rights: reading the product's tables (db_datareader).
-- Never reads: user ids, session keys and addresses; users and addresses are only counted.
-- As a custom report: yes.
SELECT 'clusterbrief:sessions:1' AS Export, N'' AS Item, f.Fact, f.Value
FROM (VALUES
    ('asked at', CONVERT(nvarchar(40), SYSDATETIMEOFFSET(), 121)),
    ('sees tbVersion', CASE WHEN OBJECT_ID('tbVersion') IS NULL THEN N'no' ELSE N'yes' END),
    ('items', (SELECT CONVERT(nvarchar(40), COUNT(*)) FROM (SELECT DISTINCT ConnectedNodeName FROM tbUserSession WHERE DateCreated > DATEADD(day, -7, GETUTCDATE())) AS n)),
    ('all users', (SELECT CONVERT(nvarchar(40), COUNT(DISTINCT UserId)) FROM tbUserSession WHERE DateCreated > DATEADD(day, -7, GETUTCDATE()))),
    ('all addresses', (SELECT CONVERT(nvarchar(40), COUNT(DISTINCT IpAddress)) FROM tbUserSession WHERE DateCreated > DATEADD(day, -7, GETUTCDATE()))),
    ('users on several nodes within ten minutes', (
        SELECT CONVERT(nvarchar(40), COUNT(DISTINCT p.UserId))
        FROM (
            SELECT UserId, DateCreated, ConnectedNodeName,
                LAG(ConnectedNodeName) OVER (PARTITION BY UserId ORDER BY DateCreated) AS NodeBefore,
                LAG(DateCreated) OVER (PARTITION BY UserId ORDER BY DateCreated) AS DateBefore
            FROM tbUserSession
            WHERE DateCreated > DATEADD(day, -7, GETUTCDATE())
        ) AS p
        WHERE p.NodeBefore <> p.ConnectedNodeName AND DATEDIFF(second, p.DateBefore, p.DateCreated) <= 600))
) AS f (Fact, Value)
UNION ALL
SELECT 'clusterbrief:sessions:1', ISNULL(s.ConnectedNodeName COLLATE DATABASE_DEFAULT, N'not recorded'), f.Fact, f.Value
FROM (
    SELECT ConnectedNodeName, COUNT(*) AS Sessions, COUNT(DISTINCT UserId) AS Users,
        COUNT(DISTINCT IpAddress) AS Addresses, MAX(DateCreated) AS Newest
    FROM tbUserSession
    WHERE DateCreated > DATEADD(day, -7, GETUTCDATE())
    GROUP BY ConnectedNodeName
) AS s
CROSS APPLY (VALUES
    ('sessions', ISNULL(CONVERT(nvarchar(40), s.Sessions), N'not visible')),
    ('users', ISNULL(CONVERT(nvarchar(40), s.Users), N'not visible')),
    ('addresses', ISNULL(CONVERT(nvarchar(40), s.Addresses), N'not visible')),
    ('newest', ISNULL(CONVERT(nvarchar(40), s.Newest, 121), N'none'))
) AS f (Fact, Value)

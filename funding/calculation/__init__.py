"""What posts cost and who pays for them, as functions of plain values: no database, no clock, no rounding on the way.

periods    days, years and months as fractions of a year
values     what is reckoned with: posts, who holds them, rates
staffing   planned and filled day by day, vacancies and over-assignment, posts that a programme funds at most
grants     the grant line by line, each with its rule or with the reason why it has no sum
costs      own share, what of a grant falls into a year
rounding   hundredths that add up
words      numbers as German readers write them

Shares are hundredths of a post, kept as Decimal; parts of a year are fractions, so that however a time is cut, its
parts make the whole. Cents are rounded once, at the end, and none is lost.
"""
